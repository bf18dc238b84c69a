"""The hand-written words of the sample world, one file for each language and part."""
