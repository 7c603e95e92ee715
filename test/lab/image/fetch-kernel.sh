#!/bin/sh
# Hook, run once apt knows its packages: fetches the kernel that the meta package
# names and unpacks it in the background, while mmdebstrap goes on with the rest. What is left out is large and of no use in a virtual machine.
# usage: fetch-kernel.sh WORK
set -eu
work=$1
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"

package=$(apt-cache depends --important linux-image-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
echo "LAB kernel $package"
mkdir "$work/kernel"
cd "$work/kernel"
apt-get download --quiet "$package"
# finish.sh waits for one of the two results.
{
  if dpkg-deb --fsys-tarfile ./*.deb | tar --extract --exclude='*/kernel/sound' \
    --exclude='*/drm/amd' --exclude='*/drm/i915' --exclude='*/drm/nouveau' --exclude='*/drm/radeon' --exclude='*/drivers/iio' \
    --exclude='*/drivers/infiniband' --exclude='*/drivers/media' --exclude='*/drivers/net/wireless' --exclude='*/drivers/staging' \
    ./boot ./lib/modules; then
    touch unpacked
  else
    touch failed
  fi
} </dev/null >unpack.log 2>&1 &
