"""Serves Keystone on a free port of 127.0.0.1, and writes the port to the file in the argument."""

import os
import sys
from wsgiref.simple_server import make_server

from keystone.server.wsgi import initialize_public_application

path = sys.argv.pop()  # Keystone reads the remaining arguments as its own.
server = make_server("127.0.0.1", 0, initialize_public_application())
with open(path + ".new", "w", encoding="ascii") as port:
    port.write(str(server.server_port))
os.rename(path + ".new", path)  # Nobody reads half a file.
server.serve_forever()
