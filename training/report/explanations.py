"""One line for each score, for a reader who has never read a paper on event extraction."""

from __future__ import annotations

from collections.abc import Mapping

from annotation.core.messages import N_

SCORES: Mapping[str, str] = {
    "Trig-I": N_("Does it notice the word that says something happened? What happened does not matter here."),
    "Trig-C": N_("The same, and it says rightly what happened: an arrest is called an arrest."),
    "Arg-I": N_(
        "Does it find who, whom, where and when, for an event of that kind? Which of these each is does not matter."
    ),
    "Arg-C": N_("The same, and each has its right part: who arrested is not taken for who was arrested."),
    "Arg-I+": N_(
        "As Arg-I, and joined to the very event it belongs to, where an article tells of several of one kind."
    ),
    "Arg-C+": N_(
        "The whole fact is right: the event, its kind, the exact words and the part they play. This one decides."
    ),
    "Entity": N_("Are people, places, organizations and the like marked to the letter, and called what they are?"),
    "seqeval": N_("The same marks counted word by word, as in most publications, to compare with theirs."),
    "F1": N_(
        "One figure for both: how much of what it says is right, and how much of what is there it finds; "
        "100 is perfect."
    ),
    "P": N_("Precision: of all that the model says, the share that is right."),
    "R": N_("Recall: of all that the annotators marked, the share that the model finds."),
    "95%": N_(
        "How far the score may be off because only so many articles were scored: the truth is in this range 95 times "
        "in 100."
    ),
}
"""Those of the table of scores."""
SPANS: Mapping[str, str] = {
    "overlap": N_(
        "The boundary ladder: if a score rises much from one rung to the next, the model finds the place and errs "
        "at its edges."
    ),
    "partial": N_("Right in part: a mark that covers only some of the words counts half."),
    "macro-F1": N_("F1 of each value by itself, then their average: a rare value counts as much as a common one."),
    "CEAF-e": N_("Are mentions of one thing put together as the annotators put them? Counted group by group."),
    "LEA": N_("The same, counted link by link: large groups count for more."),
}
"""Those of spans, links and attributes."""
ECE = N_("A model that is 80 percent sure should be right 80 times in 100; ECE is how far it is from that.")
