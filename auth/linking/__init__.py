"""Connecting an account: link tokens, the conversation with the vendor, and the page that the person sees."""
