#!/usr/bin/env python3
"""Checks a release of Assay without Assay: python3 verify_release.py FOLDER [PUBLIC-KEY]

Needs the package cryptography. The manifest is signed as it lies (Ed25519); the root is that of RFC 6962 over the
files in the order of their paths' bytes in UTF-8, a leaf being the path, a zero byte and the SHA-256 of the file in hexadecimal.
"""
import hashlib, json, os, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

folder, key = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
LEAVINGS = {".DS_Store"}  # what a system leaves in folders that it shows
sha = lambda data: hashlib.sha256(data).digest()


def root(leaves):
    if not leaves: return sha(b"")
    if len(leaves) == 1: return sha(b"\0" + leaves[0])
    half = 1
    while half * 2 < len(leaves): half *= 2
    return sha(b"\1" + root(leaves[:half]) + root(leaves[half:]))


def need(is_right, what):
    if not is_right: sys.exit(f"{folder}: {what}. Do not train on it; fetch it anew.")


def of_file(path):
    parts = path.split("/")
    need(path and not any(part in ("", ".", "..") for part in parts), f"{path} leads out of the folder")
    places = [os.path.join(folder, *parts[:count]) for count in range(1, len(parts) + 1)]
    need(os.path.isfile(places[-1]) and not any(map(os.path.islink, places)), f"{path} is not there, or is a link")
    digest = hashlib.sha256()
    with open(os.path.join(folder, path), "rb") as file:
        while piece := file.read(1 << 20): digest.update(piece)
    return digest.hexdigest()


for name in ("manifest.json", "manifest.sig"):
    place = os.path.join(folder, name)
    need(os.path.isfile(place) and not os.path.islink(place), f"{name} is not there, or is a link")
raw = open(os.path.join(folder, "manifest.json"), "rb").read()
try:
    manifest = json.loads(raw.decode())
    if not isinstance(manifest["files"], list): raise ValueError("it lists no files")
    signature = bytes.fromhex(open(os.path.join(folder, "manifest.sig")).read().strip())
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest["public_key"]))
except (ValueError, KeyError, TypeError) as error:
    need(False, f"the manifest or its signature cannot be read ({error})")
need(key is None or key.lower() == manifest["public_key"], "signed by another key")
try: public.verify(signature, raw)
except InvalidSignature: need(False, "the signature is not that of the manifest")
files = sorted(manifest["files"], key=lambda file: file["path"].encode())
need(root([f"{f['path']}\0{f['sha256']}".encode() for f in files]).hex() == manifest["merkle_root"], "another root")
for file in files:
    need(of_file(file["path"]) == file["sha256"], f"{file['path']} was changed")
    if "lines_root" in file:
        lines = open(os.path.join(folder, file["path"]), "rb").read().split(b"\n")[:-1]
        need(root(lines).hex() == file["lines_root"], f"{file['path']} has other lines")
known = {"manifest.json", "manifest.sig"} | {file["path"] for file in files}
for where, folders, names in os.walk(folder):
    links = [name for name in folders + names if os.path.islink(os.path.join(where, name))]
    for name in {*links, *names}:
        path = os.path.relpath(os.path.join(where, name), folder).replace(os.sep, "/")
        need(name in LEAVINGS and name not in links or path in known, f"{path} is none of its files")
print(f"{len(files)} files, {manifest['items']} items: as they were signed")
if key is None: print("Whose key it is was not checked: give it as the second argument.")
