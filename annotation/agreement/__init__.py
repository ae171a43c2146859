"""How far annotators agree, in the very scores a model gets: what a human reaches, a model can be measured against."""

from annotation.agreement.kappa import Kappa as Kappa
from annotation.agreement.pairwise import Agreement as Agreement
from annotation.agreement.pairwise import agreement as agreement
