"""Wording of the findings in English: (message, remedy) by kind."""

HEADING = ("To mend: {}", "to look at: {}")
MORE = "and {} more"
MENDED = "mended by naba"

KINDS = {
    "entity-type": (
        "{label} is no entity type of this ontology (it has {known})",
        "give it another label, or migrate the project",
    ),
    "event-type": (
        "{label} is no event type of this ontology (it has {known})",
        "give it another label, or migrate the project",
    ),
    "edge-space": ("white space at its edge", "mark the words without it"),
    "edge-punctuation": ("punctuation at its edge", "mark the words without it"),
    "cut-letter": ("cuts a letter from its marks", "mark the whole letter"),
    "begins-inside": ("begins inside the word {word}, after letters that are no prefix", "mark the whole word"),
    "ends-inside": ("ends inside the word {word}", "mark the whole word"),
    "role": ("{event} has no role {role} (it has {known})", "choose one of those, or delete the arrow"),
    "filler": (
        "{label} cannot be the {role} of {event} (that takes {known})",
        "change the entity's type, or the role",
    ),
    "too-many": (
        "{event} takes at most {limit} {role}, here are {count}",
        "keep the one the text states most exactly",
    ),
    "too-few": ("{event} needs {limit} {role}, here are {count}", "draw the missing arrow"),
    "expected": (
        "{event} has no {roles}",
        "draw the arrow to whatever the article says of it, in any sentence; is it an event where it says nothing?",
    ),
    "attribute": ("{attribute} is no attribute (there are {known})", "remove it, or migrate the project"),
    "value": ("{value} is no value of {attribute} (it has {known})", "choose one of those"),
    "crossing": ("crosses {label} {other} [{start}:{end}]", "let one hold the other, or keep one"),
    "self": ("{event} is its own argument", "delete the arrow"),
    "unmarked": ("nothing is marked, and “No events here” was not chosen", "choose it, or mark what the article tells"),
    "empty-others": (
        "nothing is marked, but others marked events here (people: {count})",
        "read it again: mark what it tells, or keep it empty if they are wrong",
    ),
    "empty-model": (
        "nothing is marked, but the model suggests events here (number: {count})",
        "look at the suggestions: mark what is right, or keep it empty if they are wrong",
    ),
    "no-events": (
        "“No events here” was chosen, but marked events: {count}",
        "take the choice back, or delete the marks",
    ),
    "twice": ("is marked {count} times as {label}", "keep one of the marks"),
    "two-types": ("is marked as {label} and as {other}", "keep one of them"),
    "two-ways": (
        "is marked as {label}, but in {count} of {total} places as {other}",
        "use one label, unless something else is meant here",
    ),
    "repeat": ("is marked as {label} elsewhere in the article, not here", "mark it here too"),
    "prefix": (
        "is marked with the prefix {prefix}, without it elsewhere (times: {count})",
        "leave the prefix out, as everywhere",
    ),
    "no-prefix": (
        "is marked without {prefix}, which belongs to it elsewhere (times: {count})",
        "mark the whole word, as everywhere",
    ),
    "link": ("{link} joins it to {other}, which is {label}", "delete the link, or mend the label of one of the two"),
    "offsets": ("{problem}", "mark it again and pull, or mend the file"),
    "unreadable": ("the line holds no Document: {problem}", "mend or remove the line"),
    "drifted": ("the words marked were {quoted}, but the mark stands on others", "mark them again"),
    "text": (
        "the text is not the one these marks were made in",
        "put the text back as it was, or push the article again",
    ),
    "labels": ("carries the labels {labels} instead of one", "choose one"),
    "no-role": ("the arrow says no role", "choose its role in the list of relations"),
    "no-event": ("the arrow joins two marks of which neither is an event", "draw it from an event, or delete it"),
    "hangs": ("hangs on a mark that was not taken over", "mend that mark, or draw the arrow again"),
    "set-aside": ("{problem}", "{remedy}"),
    "suspect-unmarked": (
        "{count} models mark it as {label}, here it is not marked",
        "look again: mark it if it is one, and leave it where the models are wrong",
    ),
    "suspect-type": (
        "is marked as {label}; {count} models say {other}",
        "look again: change the label if they are right, and leave it where they are wrong",
    ),
    "suspect-words": (
        "is marked as {label}; {count} models mark {quoted} instead",
        "look again: move the edges if they are right, and leave them where they are wrong",
    ),
    "suspect-role": (
        "is the {other} of {event} {trigger}; {count} models say {role}",
        "look again: change the role if they are right, and leave it where they are wrong",
    ),
    "suspect-unjoined": (
        "{count} models join it to {event} {trigger} as {role}, here no arrow does",
        "look again: draw the arrow if they are right, and leave it where they are wrong",
    ),
}
