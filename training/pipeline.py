"""The pipeline under the name that users of transformers were told: `import training.pipeline`."""

from training.inference.hf_pipeline import TASK as TASK
from training.inference.hf_pipeline import EventExtractionPipeline as EventExtractionPipeline
from training.inference.hf_pipeline import events as events
