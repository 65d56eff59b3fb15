"""One web process: `python -m helpdesk.launch.web FD` serves on a listening socket that it inherits."""

import socket
import sys

import uvicorn


def main(descriptor: int) -> None:
    """Serves until SIGTERM; requests under way get five seconds."""
    listener = socket.socket(fileno=descriptor)
    config = uvicorn.Config(
        "helpdesk.asgi:application",
        loop="uvloop",
        http="httptools",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
        ws_max_size=64 * 1024,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(int(sys.argv[1]))
