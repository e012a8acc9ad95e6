"""How good each measurement is: temperatures down, excitations across."""
