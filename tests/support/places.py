"""Where the tests find data: what the project keeps, and the real data that a machine may have beside the clone."""

from __future__ import annotations

from authoring.verify import ROOT

OWN = ROOT / "datasets"
SHARED = ROOT.parent / "shared" / "datasets"
SLASHDOT = SHARED / "slashdot0902.parquet"
