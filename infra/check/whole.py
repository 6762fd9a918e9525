"""What the checks compare whole values with. It has no checks of its own."""


def ref(name):
    return {"Ref": name}


def attribute(name, of="Arn"):
    return {"Fn::GetAtt": [name, of]}


def sub(text):
    return {"Fn::Sub": text}


def chosen(condition, value):
    """`!If` with nothing for the other case."""
    return {"Fn::If": [condition, value, ref("AWS::NoValue")]}


def without(mapping, name):
    """The mapping but for one member, such as a description, which is for people."""
    return {key: value for key, value in mapping.items() if key != name}


def differences(where, found, expected):
    """A sentence for each member of a mapping that is missing, too many or another."""
    for name in sorted({*found, *expected}):
        if name not in found or name not in expected or found[name] != expected[name]:
            yield f"{where}: {name} is {found.get(name, 'missing')}, not {expected.get(name, 'there')}"
