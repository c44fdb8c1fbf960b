"""How the connect page looks in each of its states; what decides between the states is beside this package."""
