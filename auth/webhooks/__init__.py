"""Webhooks: what is sent to the product's own addresses, signed, until it has arrived."""
