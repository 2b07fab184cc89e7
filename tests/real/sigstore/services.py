"""The two services of the stack that are ours, in one process: `python -m tests.real.sigstore.services FOLDER`."""

import sys
from pathlib import Path
from threading import Thread

from tests.real.sigstore.ct_log import CtLog
from tests.real.sigstore.issuer import Issuer
from tests.real.sigstore.pki import CT_LOG, PEOPLE
from tests.real.sigstore.web import server

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    Thread(target=server(CT_LOG, CtLog(folder).answer).serve_forever, daemon=True).start()
    server(PEOPLE, Issuer(folder).answer).serve_forever()
