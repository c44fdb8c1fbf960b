"""How a customer bends a provider's declarations: JMESPath expressions laid over single rows of them."""
