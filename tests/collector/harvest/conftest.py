"""Makes `page_faults`, what these tests hold every page to, importable under any import mode."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
