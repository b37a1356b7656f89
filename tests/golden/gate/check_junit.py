"""Checks gate.xml.txt, or the files named, against the schema of Apache Ant's JUnit reports, the strictest
of those in use (ant_junit.xsd: Windy Road Technology, Apache-2.0).

    python -m venv v && v/bin/pip install xmlschema==4.2.0
    v/bin/python tests/golden/gate/check_junit.py [FILE…]
"""
import sys
from pathlib import Path

import xmlschema

here = Path(__file__).parent
schema = xmlschema.XMLSchema(here / "ant_junit.xsd")
for name in sys.argv[1:] or [here / "gate.xml.txt"]:
    schema.validate(str(name))
    print(f"{name}: valid")
