"""`python -m feishu_corehr_command`."""

from . import main

main()
