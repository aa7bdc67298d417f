"""contend.py DIRECTORY SIDE COUNT: makes, writes, renames and removes names that others make, too. Prints what was
acknowledged, one line each: "made NAME", "wrote NAME", "renamed OLD NEW", "removed NAME"; refusals go to standard error."""

import os
import sys


def attempt(told, operation, *arguments):
    try:
        operation(*arguments)
    except FileExistsError:
        pass  # the other side, or an earlier round, has made it
    except OSError as error:
        print(f"{told}: {error}", file=sys.stderr)
    else:
        print(told, flush=True)


def write(path, flags, text):
    descriptor = os.open(path, flags, 0o644)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main(directory, side, count):
    def path(name):
        return os.path.join(directory, name)

    for number in range(count):
        name = f"name{number}"
        attempt(f"made {name}", write, path(name), os.O_CREAT | os.O_EXCL | os.O_WRONLY, f"made by {side}\n")
        attempt(f"wrote {name}", write, path(name), os.O_WRONLY, f"written by {side}\n")
        attempt(f"made folder{number}", os.mkdir, path(f"folder{number}"))
        attempt(f"wrote shared", write, path("shared"), os.O_WRONLY | os.O_APPEND, f"{side} {number}\n")
        attempt(f"renamed {name} moved{number}", os.rename, path(name), path(f"moved{number}"))
        if number % 3 == 0:
            attempt(f"removed moved{number}", os.unlink, path(f"moved{number}"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
