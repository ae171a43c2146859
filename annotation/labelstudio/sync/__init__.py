"""Articles pushed to Label Studio and annotations pulled: push, pull, task order, adjudication projects."""
