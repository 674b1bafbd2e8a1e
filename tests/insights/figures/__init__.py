"""Every figure of every page, recounted slowly from the raw rows of the demonstration."""
