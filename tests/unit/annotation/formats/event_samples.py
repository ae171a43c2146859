"""A small file of our own in each JSON format of event and entity tools, as the defining tool documents it."""

from __future__ import annotations

import json
from pathlib import Path

ARABIC = "أعلن سامر حداد أن الجنود قصفوا قرية الزهور مساء السبت."
HEBREW = "נועה לוי נעצרה בחיפה. היא שוחררה למחרת."
TOKENS = [["נועה", "לוי", "נעצרה", "ב", "חיפה", "."], ["היא", "שוחררה", "למחרת", "."]]

WIKIEVENTS: dict[str, object] = {
    "doc_id": "w1",
    "tokens": [token for sentence in TOKENS for token in sentence],
    "text": HEBREW,
    "sentences": [
        [
            [["נועה", 0, 4], ["לוי", 5, 8], ["נעצרה", 9, 14], ["ב", 15, 16], ["חיפה", 16, 20], [".", 20, 21]],
            "נועה לוי נעצרה בחיפה.",
        ],
        [[["היא", 22, 25], ["שוחררה", 26, 32], ["למחרת", 33, 38], [".", 38, 39]], "היא שוחררה למחרת."],
    ],
    "entity_mentions": [
        {"id": "w1-T1", "sent_idx": 0, "start": 0, "end": 2, "entity_type": "PER", "text": "נועה לוי"},
        {"id": "w1-T2", "sent_idx": 0, "start": 4, "end": 5, "entity_type": "GPE", "text": "חיפה"},
        {"id": "w1-T3", "sent_idx": 1, "start": 6, "end": 7, "entity_type": "PER", "text": "היא"},
    ],
    "event_mentions": [
        {
            "id": "w1-E1",
            "event_type": "Justice.ArrestJailDetain.Unspecified",
            "trigger": {"start": 2, "end": 3, "text": "נעצרה", "sent_idx": 0},
            "arguments": [
                {"entity_id": "w1-T1", "role": "Detainee", "text": "נועה לוי"},
                {"entity_id": "w1-T2", "role": "Place", "text": "חיפה"},
            ],
        }
    ],
}
COREF: dict[str, object] = {
    "doc_key": "w1",
    "clusters": [["w1-T1", "w1-T3"], ["w1-T2"]],
    "informative_mentions": ["נועה לוי", "חיפה"],
}
DYGIE: dict[str, object] = {
    "doc_key": "d1",
    "sentences": TOKENS,
    "ner": [[[0, 1, "PER"], [4, 4, "GPE"]], [[6, 6, "PER"], [8, 8, "TIME"]]],
    "relations": [[[0, 1, 4, 4, "Located"]], []],
    "events": [[[[2, "Arrest"], [0, 1, "Person"], [4, 4, "Place"]]], [[[7, "Release"], [6, 6, "Person"]]]],
    "clusters": [[[0, 1], [6, 6]]],
}
ACE: dict[str, object] = {
    "sentence": ARABIC,
    "golden-entity-mentions": [
        {"text": "سامر حداد", "entity-type": "PER:Individual", "entity_id": "N1-E1-1", "start": 1, "end": 3},
        {"text": "الجنود", "entity-type": "PER:Group", "entity_id": "N1-E2-1", "start": 4, "end": 5},
        {"text": "قرية الزهور", "entity-type": "GPE:Population-Center", "entity_id": "N1-E3-1", "start": 6, "end": 8},
    ],
    "golden-event-mentions": [
        {
            "trigger": {"text": "قصفوا", "start": 5, "end": 6},
            "arguments": [
                {"role": "Attacker", "entity-type": "PER:Group", "text": "الجنود", "start": 4, "end": 5},
                {"role": "Time", "entity-type": "TIM:time", "text": "مساء السبت", "start": 8, "end": 10},
            ],
            "event_type": "Conflict:Attack",
        }
    ],
    "words": ["أعلن", "سامر", "حداد", "أن", "الجنود", "قصفوا", "قرية", "الزهور", "مساء", "السبت", "."],
}
MAVEN: dict[str, object] = {
    "id": "m1",
    "title": "מעצר בחיפה",
    "content": [
        {"sentence": "נועה לוי נעצרה בחיפה.", "tokens": TOKENS[0]},
        {"sentence": "היא שוחררה למחרת.", "tokens": TOKENS[1]},
    ],
    "events": [
        {
            "id": "e1",
            "type": "Arrest",
            "type_id": 3,
            "mention": [{"id": "a", "trigger_word": "נעצרה", "sent_id": 0, "offset": [2, 3]}],
        },
        {
            "id": "e2",
            "type": "Releasing",
            "type_id": 9,
            "mention": [
                {"id": "b", "trigger_word": "שוחררה", "sent_id": 1, "offset": [1, 2]},
                {"id": "c", "trigger_word": "היא", "sent_id": 1, "offset": [0, 1]},
            ],
        },
    ],
    "negative_triggers": [{"id": "n", "trigger_word": "למחרת", "sent_id": 1, "offset": [2, 3]}],
}
MAVEN_ARG: dict[str, object] = {
    "id": "g1",
    "title": "قصف قرية",
    "document": ARABIC,
    "events": [
        {
            "id": "EVENT_1",
            "type": "Attack",
            "type_id": 1,
            "mention": [{"id": "t", "trigger_word": "قصفوا", "offset": [25, 30]}],
            "argument": {
                "Agent": [{"entity_id": "ENTITY_1"}],
                "Location": [{"content": "قرية الزهور", "offset": [31, 42]}],
                "Patient": [],
            },
        }
    ],
    "entities": [
        {"id": "ENTITY_1", "type": "Person", "mention": [{"id": "p", "mention": "الجنود", "offset": [18, 24]}]}
    ],
}
CASIE: dict[str, object] = {
    "cyberevent": {
        "hopper": [
            {
                "index": 0,
                "relation": "Same",
                "events": [
                    {
                        "index": "E1",
                        "type": "Attack",
                        "subtype": "Databreach",
                        "realis": "Actual",
                        "nugget": {"startOffset": 25, "endOffset": 30, "text": "قصفوا", "index": "T1"},
                        "argument": [
                            {
                                "index": "T2",
                                "startOffset": 18,
                                "endOffset": 24,
                                "text": "الجنود",
                                "type": "Person",
                                "role": {"type": "Attacker"},
                            }
                        ],
                    },
                    {
                        "index": "E2",
                        "type": "Attack",
                        "subtype": "Databreach",
                        "realis": "Actual",
                        "nugget": {"startOffset": 0, "endOffset": 4, "text": "أعلن", "index": "T3"},
                    },
                ],
            }
        ]
    },
    "sourcefile": "10.txt",
    "info": {"title": "قصف", "link": "https://example.org/1", "date": "2024_02_03", "type": "text"},
    "content": ARABIC,
}
DOCCANO: dict[str, object] = {
    "id": 7,
    "text": ARABIC,
    "entities": [
        {"id": 70, "label": "PER", "start_offset": 5, "end_offset": 14},
        {"id": 71, "label": "GPE", "start_offset": 31, "end_offset": 42},
    ],
    "relations": [{"id": 5, "from_id": 70, "to_id": 71, "type": "speaks_of"}],
    "Comments": [],
}
PRODIGY: dict[str, object] = {
    "text": ARABIC,
    "_input_hash": 11,
    "_task_hash": 12,
    "_session_id": "set-noa",
    "_timestamp": 1707000000,
    "tokens": [
        {"text": "أعلن", "start": 0, "end": 4, "id": 0, "ws": True},
        {"text": "سامر", "start": 5, "end": 9, "id": 1, "ws": True},
        {"text": "حداد", "start": 10, "end": 14, "id": 2, "ws": True},
        {"text": "أن", "start": 15, "end": 17, "id": 3, "ws": True},
        {"text": "الجنود", "start": 18, "end": 24, "id": 4, "ws": True},
    ],
    "spans": [
        {"start": 5, "end": 14, "token_start": 1, "token_end": 2, "label": "PER"},
        {"start": 18, "end": 24, "token_start": 4, "token_end": 4, "label": "ORG"},
    ],
    "relations": [{"head": 2, "child": 4, "label": "speaks_of"}],
    "answer": "accept",
}
SAMPLES = {
    "wikievents": WIKIEVENTS,
    "dygie": DYGIE,
    "ace-json": ACE,
    "maven": MAVEN,
    "maven-arg": MAVEN_ARG,
    "casie": CASIE,
    "doccano": DOCCANO,
    "prodigy": PRODIGY,
}


def lines(path: Path, *rows: object) -> Path:
    """The rows written one a line, as most of these tools write them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
