"""emulates a machine whose firmware, of other packages, starts a boot sector that writes to the serial port"""


def boot_sector(text):
    """16-bit code: writes each byte of the text to COM1, then ends the emulation by isa-debug-exit."""
    code = bytes.fromhex("31c08ed8be00") + b"\x7c"      # xor ax, ax; mov ds, ax; mov si, 0x7c00 + the text's place
    code += bytes.fromhex("bafb03b003eebaf803")         # 8N1; dx: COM1
    code += bytes.fromhex("ac84c07403eeebf8")           # lodsb; test al, al; jz +3; out dx, al; jmp -8
    code += bytes.fromhex("baf404b010eef4")             # out 0x4f4, 0x10: the status is 33; hlt
    code = code[:5] + bytes([len(code)]) + code[6:]
    return (code + text + b"\0").ljust(510, b"\0") + b"\x55\xaa"


def prove(qemu):
    (qemu.volume("/srv") / "disk").write_bytes(boot_sector(b"a text from within"))
    done = qemu.run("qemu-system-x86_64", "-nodefaults", "-display", "none", "-serial", "stdio", "-device",
                    "isa-debug-exit,iobase=0x4f4,iosize=4", "-drive", "file=/srv/disk,format=raw", "-m", "64", status=33)
    assert "a text from within" in done.out
