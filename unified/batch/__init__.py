"""`POST /batch-request`: several calls for one account in one request, with what depends on what."""
