"""An adjudicator decides: sees what is contested and who said what, takes away what is wrong, and submits gold."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.adjudication.voting import adjudicate, contested
from annotation.core.ontology import Ontology
from annotation.labelstudio.project.project import find_project
from annotation.labelstudio.server.client import Client
from annotation.labelstudio.server.embedded import Server
from annotation.labelstudio.server.paging import pages
from annotation.labelstudio.sync.adjudication_project import decisions, hand_over, title_of
from annotation.labelstudio.sync.push import push
from tests.browser.editor import Editor
from tests.builders import build

STORIES = {
    "he": (
        "[Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] ב[Place>Raid:GPE רמלה], דיווח [Person סאלם].",
        "[Raid:trigger פשיטה] על [Target>Raid:Facility המחסן] ב[Place>Raid:GPE רמלה], דיווח סאלם.",
    ),
    "ar": (
        "[Raid:trigger اقتحام] [Target>Raid:Facility المستودع] في [Place>Raid:GPE الرملة]، قال [Person سالم].",
        "[Raid:trigger اقتحام] [Target>Raid:Facility المستودع] في [Place>Raid:GPE الرملة]، قال سالم.",
    ),
}


@pytest.mark.parametrize("language", STORIES)
def test_the_contested_is_seen_decided_and_becomes_gold(
    page: Page, studio: Server, client: Client, title: str, ontology: Ontology, tmp_path: Path, language: str
) -> None:
    more, less = (build(markup, id="a", language=language) for markup in STORIES[language])
    versions = [
        build(m, by=n, id="a", language=language) for n, m in zip(("noa", "dan"), STORIES[language], strict=True)
    ]
    push(client, [more.bare()], project=title, ontology=ontology, ui_language=language, workspace=tmp_path)
    hand_over(client, contested(versions, ontology), project=title, workspace=tmp_path)
    target = find_project(client, title_of(title))
    ((task,),) = pages(client, target.id, ["id"])
    editor = Editor(page, studio.url, more.text)
    editor.open(target.id, int(str(task["id"])))

    expect(editor.regions).to_have_count(len(list(more.spans())))
    panel = page.locator(".naba-findings")
    expect(panel).to_contain_text("noa")
    (person,) = [span for span in more.entities if span.label == "Person"]
    expect(panel).to_contain_text(f"[{person.quote(more.text)}]")
    for name in ("noa", "dan"):
        expect(page.locator(".lsf-annotations-carousel").get_by_text(f"naba {name}")).to_be_attached()
    editor.select(person)
    expect(page.get_by_test_id("detailed-region")).to_contain_text("dan")
    page.keyboard.press("Backspace")
    expect(editor.regions).to_have_count(len(list(less.spans())))
    editor.submit()

    found = decisions(client, contested(versions, ontology), project=title, workspace=tmp_path)
    result = adjudicate(versions, policy=None, ontology=ontology, decided=found.documents)
    assert result.gold == [less]
    assert result.outcomes["entity"] == {"agreed": 2, "rejected": 1}
