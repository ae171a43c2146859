"""Articles to Label Studio and annotations back: push, pull, the order of tasks, adjudication projects."""
