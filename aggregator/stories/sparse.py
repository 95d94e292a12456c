"""scipy's sparse arrays, without what scipy imports and they do not need.

scipy takes over every name of numpy, and so imports two modules that numpy itself imports only when they are used: its interface to Fortran
and its tools for tests (which bring `unittest`). That takes half of the time of importing scipy, and 9 MB.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np

__all__ = ["csr_array"]

_stand_ins = {name: ModuleType(name) for name in ("f2py", "testing") if name not in vars(np)}
vars(np).update(_stand_ins)
try:
    from scipy.sparse import csr_array
finally:
    for _name, _stand_in in _stand_ins.items():
        # numpy imports the real one as soon as somebody uses it. One that was imported meanwhile stays: without it numpy would look for
        # it without end.
        if vars(np).get(_name) is _stand_in:
            delattr(np, _name)
