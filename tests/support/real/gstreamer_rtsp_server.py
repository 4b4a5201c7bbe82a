"""An RTSP server made of GStreamer's own parts, to be run by the system's Python, which has its bindings.

Arguments: "open", "basic" or "digest". Serves a test picture at /live and, with sound, at /av; prints its port.
"""

import sys
from typing import Any

import gi  # type: ignore[import-not-found,unused-ignore]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
# Which versions are wanted has to be said before.
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # type: ignore[import-not-found,unused-ignore]  # noqa: E402

PICTURE = (
    "videotestsrc is-live=1 ! video/x-raw,format=I420,width=64,height=48,framerate=5/1 ! jpegenc "
    "! rtpjpegpay name=pay0 pt=26"
)
SOUND = "audiotestsrc is-live=1 ! audioconvert ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8"
USER, PASSWORD, ROLE = "patrol", "pa$$: wörd", "viewer"


def new_factory(pipeline: str, guarded: bool) -> Any:
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {pipeline} )")
    if guarded:
        permissions = GstRtspServer.RTSPPermissions()
        for permission in ("media.factory.access", "media.factory.construct"):
            permissions.add_permission_for_role(ROLE, permission, True)
        factory.set_permissions(permissions)
    return factory


def new_auth(method: str) -> Any:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    if method == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(USER, PASSWORD, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(USER, PASSWORD), token)
    return auth


def main() -> None:
    Gst.init(None)
    method = sys.argv[1]
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    if method != "open":
        server.set_auth(new_auth(method))
    mounts = server.get_mount_points()
    mounts.add_factory("/live", new_factory(PICTURE, method != "open"))
    mounts.add_factory("/av", new_factory(f"{PICTURE} {SOUND}", method != "open"))
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


main()
