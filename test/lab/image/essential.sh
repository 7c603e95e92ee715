#!/bin/sh
# Hook, run when the essential packages are there: nobody reads manuals in the lab.
# Not given to mmdebstrap as an option, because it would then filter every archive in Python.
# usage: essential.sh ROOT
set -eu
root=$1
cat >"$root/etc/dpkg/dpkg.cfg.d/lab" <<'END'
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/lintian/*
path-exclude=/usr/share/qemu/edk2-*
END
rm -rf "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/*
