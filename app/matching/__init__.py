"""The match between talents and vacancies: exact, explainable, in integers.

Plain Python and NumPy; knows no HTTP and no database. ``model`` holds the inputs and parameters, ``points``
what a vacancy can pay, ``relatedness`` how skills stand for each other, ``explain`` one pair item by item,
``reference`` the brute force that ``index`` (vacancies for a talent) and ``talents`` (talents for a vacancy)
must equal.
"""
