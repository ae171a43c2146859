"""Inter-annotator agreement, in the same scores that a model gets, so that a model can be compared with people."""

from annotation.agreement.kappa import Kappa as Kappa
from annotation.agreement.pairwise import Agreement as Agreement
from annotation.agreement.pairwise import agreement as agreement
