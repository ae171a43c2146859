"""Commands on a trained model, in a folder of their own: beside conf/model, `model=FOLDER` would name a preset."""
