"""Licences on cards: the hub's metadata, and the table of how many articles are under which."""

from __future__ import annotations

from annotation.core.licences import OTHER, Licences, hub_id


def licence_metadata(licences: Licences, given: str | None = None, *, several: bool = False) -> dict[str, object]:
    """The `license` of a card's metadata block, as the hub reads it.

    given: the licence that its publisher says. several: whether the kind of card may list more than one; a model's may
    not.
    """
    if given is not None:
        known = hub_id(given)
        return {"license": known} if known else {"license": OTHER, "license_name": given}
    ids = licences.ids
    if not licences.stated:
        return {"license": OTHER}
    if len(ids) == 1 and ids[0] != OTHER:
        return {"license": ids[0]}
    if several and len(ids) > 1:
        return {"license": ids}
    name = licences.single or "several, see the card"
    return {"license": OTHER, "license_name": name}


def licence_table(licences: Licences, given: str | None = None) -> str:
    """A table of the articles under each licence, and what the publisher says."""
    if not licences.stated:
        return (
            f"{f'Published as {_cell(given)}. ' if given else ''}The articles do not say what licence they are under.\n"
        )
    rows = [f"| {_cell(stated)} | {number} |" for stated, number in licences.stated.items()]
    if licences.unsaid:
        rows.append(f"| not said | {licences.unsaid} |")
    said = f"Published as {_cell(given)}. " if given else ""
    head = f"{said}The articles are under these licences, as their sources say:\n"
    return "\n".join([head, "| licence | articles |", "| --- | ---: |", *rows]) + "\n"


def _cell(text: str) -> str:
    """Words of a stranger, within a cell of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;")
