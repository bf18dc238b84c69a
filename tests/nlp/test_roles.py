import pytest

from baken.nlp.roles import role_of


@pytest.mark.parametrize(
    ("text", "language", "role"),
    [
        ("Fact check: the claim about the dam is false", "en", "rebuts"),
        ("Factcheck: bericht over de dam klopt niet", "nl", "rebuts"),
        ("Faktencheck: Das Video ist gefälscht", "de", "rebuts"),
        ("C'est faux : aucune preuve d'une fuite", "fr", "rebuts"),
        ("Это фейк: дамба цела", "ru", "rebuts"),
        ("Центр спростував чутки про дамбу", "uk", "rebuts"),
        ("To fałszywa informacja o zaporze", "pl", "rebuts"),
        ("According to the ministry the dam leaks", "en", "reports"),
        ("Volgens het ministerie lekt de dam", "nl", "reports"),
        ("По словам министра, дамба протекает", "ru", "reports"),
        ("The dam leaks and they hide it from you", "en", "promotes"),
        ("Дамба протекает, и от вас это скрывают", "ru", "promotes"),
        ("ダムが漏れている", "ja", "unclear"),
    ],
)
def test_roles_by_cues(text, language, role):
    found = role_of(text, language, source_kind=None, denies_claim=False)
    assert found.role == role
    assert found.reason


def test_a_fact_checker_rebuts_and_a_denial_too():
    assert role_of("x", "en", source_kind="factchecker", denies_claim=False).role == "rebuts"
    assert role_of("x", "en", source_kind="outlet", denies_claim=True).role == "rebuts"
    assert role_of("x", "en", source_kind="outlet", denies_claim=None).role == "unclear"
