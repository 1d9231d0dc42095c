#!/usr/bin/env bash
# The systemd units as systemd itself reads them, with the programs where OPERATIONS.md puts them; and that a unit with
# a fault would be found. Skipped where there is no systemd-analyze.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=$PWD/${BUILD:-build}/bin
command -v systemd-analyze >/dev/null || { echo "skipped: there is no systemd-analyze here"; exit 0; }
units=/lib/systemd/system
[ -e $units/sysinit.target ] || { echo "skipped: there are no units of systemd here"; exit 0; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/etc/systemd/system" "$root/lib/systemd" "$root/usr/bin"
cp -r $units "$root/lib/systemd/"
cp coordinator/haven-coordinator.service nodes/haven-node@.service "$root/etc/systemd/system/"
for program in haven-coordinator haven-node; do install -m 755 "$bin/$program" "$root/usr/bin/"; done

verify() { systemd-analyze verify --man=no --recursive-errors=no --root="$root" "$@" 2>&1; }
status=0
for unit in haven-coordinator.service haven-node@S01.service; do
  said=$(verify "$unit")
  if [ $? -eq 0 ] && [ -z "$said" ]; then echo "ok: $unit"; else echo "FAILED: $unit: $said"; status=1; fi
done
# libzmq asks for the interfaces of the machine over netlink when it binds to an address or disconnects, and where it may
# not, it ends the program: a node was started again whenever its coordinator went away.
for unit in coordinator/haven-coordinator.service nodes/haven-node@.service; do
  if grep -q '^RestrictAddressFamilies=.*\bAF_NETLINK\b' "$unit" || ! grep -q '^RestrictAddressFamilies=' "$unit"
  then echo "ok: $unit may ask for interfaces"; else echo "FAILED: $unit: no AF_NETLINK"; status=1; fi
done
sed -i 's/^Restart=always/Restart=alwayz/' "$root/etc/systemd/system/haven-coordinator.service"
if verify haven-coordinator.service >/dev/null; then echo "FAILED: a fault is not found"; status=1; else echo "ok: a fault is found"; fi

# What the units promise about exit statuses is what the programs give.
"$bin/haven-coordinator" "$root/nowhere" >/dev/null 2>&1
said=$?
grep -q "^RestartPreventExitStatus=.*\b$said\b" coordinator/haven-coordinator.service &&
  echo "ok: a coordinator that was never made is not started again and again ($said)" || { echo "FAILED: exit $said"; status=1; }
"$bin/haven-node" run "$root/nowhere" >/dev/null 2>&1
said=$?
grep -q "^RestartPreventExitStatus=.*\b$said\b" nodes/haven-node@.service &&
  echo "ok: nor a node that was never made ($said)" || { echo "FAILED: exit $said"; status=1; }
exit $status
