"""Self-signed certificates, made by openssl as people make them."""

import ssl
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Optional

CONFIGURATION = """
[ca]
default_ca = own
[own]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
subjectAltName = {names}
basicConstraints = critical, CA:{authority}
"""


class SelfSigned:
    """A certificate that signs itself; an authority's by its own words, as `openssl req -x509` makes it, or not."""

    def __init__(
        self,
        folder: Path,
        *,
        is_authority: bool = True,
        names: str = "DNS:localhost",
        days: "tuple[int, int]" = (-1, 30),
    ) -> None:
        folder.mkdir()
        self.path, self.key, request = folder / "certificate.pem", folder / "key.pem", folder / "request.pem"
        (folder / "index").touch()
        configuration = folder / "configuration"
        authority = str(is_authority).upper()
        configuration.write_text(CONFIGURATION.format(folder=folder, names=names, authority=authority))
        begin, end = [(datetime.now(timezone.utc) + timedelta(days=day)).strftime("%Y%m%d%H%M%SZ") for day in days]
        for command in (
            f"req -new -newkey rsa:2048 -nodes -keyout {self.key} -out {request} -subj /CN=localhost",
            f"ca -batch -selfsign -notext -config {configuration} -in {request} -keyfile {self.key} -out {self.path} "
            f"-startdate {begin} -enddate {end}",
        ):
            subprocess.run(["openssl", *command.split()], check=True, capture_output=True)

    def context(self, key_of: "Optional[SelfSigned]" = None) -> ssl.SSLContext:
        """A server's side."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, (key_of or self).key)
        return context
