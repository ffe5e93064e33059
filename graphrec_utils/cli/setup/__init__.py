"""How `.venv` is made, completed and repaired; standard library only, readable by Python 3.8."""
