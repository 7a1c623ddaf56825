import TandemBus
import TandemJSON
import TandemKernel
import TandemMachine

/// The JSON schema (draft 2020-12) of platform files, made from a catalogue: for completion and checks in editors.
struct PlatformSchema {
    let catalog: Catalog

    init(_ catalog: Catalog) { self.catalog = catalog }

    var json: JSONValue {
        JSONValue(members: [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Tandem platform",
            "type": "object",
            "additionalProperties": false,
            "properties": JSONValue(members: [
                "name": text("What users call the platform."),
                "description": text("One line for lists."),
                "include": JSONValue(members: [
                    "description": "Platform files that lie beneath this one.",
                    "anyOf": [["type": "string"], ["type": "array", "items": ["type": "string"]]],
                ]),
                "firmware": text("What runs when no image is named: a file or builtin:NAME."),
                "machine": machine,
                "board": board,
                "simulation": JSONValue(members: [
                    "type": "object", "additionalProperties": false,
                    "properties": JSONValue(members: [
                        "quantum": text("How far an initiator may run ahead of simulated time: auto or a time."),
                        "maxSkew": text("The largest skew between initiators that is allowed."),
                    ]),
                ]),
                "traffic": traffic,
                "modules": ["$ref": "#/$defs/modules"],
            ]),
            "$defs": JSONValue(members: ["modules": modules, "number": number, "timing": timing, "window": window]),
        ])
    }

    private var traffic: JSONValue {
        let bounds: JSONValue = [
            "anyOf": [
                ["$ref": "#/$defs/number"],
                [
                    "type": "object", "additionalProperties": false,
                    "properties": ["min": ["$ref": "#/$defs/number"], "max": ["$ref": "#/$defs/number"]],
                ],
            ]
        ]
        let expectation = JSONValue(members: [
            "type": "object", "additionalProperties": false,
            "properties": JSONValue(
                members: [
                    JSONMember("from", text("The module that makes the accesses; * for any.")),
                    JSONMember("to", text("The module that serves them; * for any.")),
                    JSONMember("after", text("The beginning of the time that counts.")),
                    JSONMember("before", text("Its end.")),
                ] + TrafficExpectation.Quantity.allCases.map { JSONMember($0.rawValue, bounds) }),
        ])
        return JSONValue(members: [
            "type": "object", "additionalProperties": false,
            "properties": JSONValue(members: [
                "bin": text("The width of the bins in which traffic is measured: -traffic-bin."),
                "detail": ["type": ["string", "array"], "items": ["type": "string"]],
                "probes": ["type": ["string", "array"], "items": ["type": "string"]],
                "expect": ["anyOf": [expectation, ["type": "array", "items": expectation]]],
            ]),
        ])
    }

    private func text(_ description: String) -> JSONValue {
        JSONValue(members: ["type": "string", "description": JSONValue(description)])
    }

    private var number: JSONValue { ["type": ["integer", "string"]] }

    private var board: JSONValue {
        JSONValue(members: [
            "type": "object", "additionalProperties": false,
            "properties": JSONValue(members: [
                "harts": text("The harts: -smp."), "memory": text("Main memory: -m."),
                "bootROM": text("Holds the reset code."), "clock": text("The real-time clock: -rtc."),
                "serial": ["type": ["string", "array"], "items": ["type": "string"]],
                "compatible": ["type": ["string", "array"], "items": ["type": "string"]],
                "model": text("The model in the device tree."),
            ]),
        ])
    }

    private var machine: JSONValue {
        let texts: JSONValue = ["type": ["string", "array"], "items": ["type": "string"]]
        let limits: JSONValue = [
            "type": "object", "additionalProperties": false,
            "properties": ["min": ["$ref": "#/$defs/number"], "max": ["$ref": "#/$defs/number"]],
        ]
        return JSONValue(members: [
            "type": "object", "additionalProperties": false,
            "properties": JSONValue(members: [
                "alias": texts, "memory": limits, "harts": limits, "cpus": texts, "defaults": texts,
                "properties": JSONValue(members: [
                    "type": "object", "description": "Properties of the machine: each stands for some of its modules.",
                    "additionalProperties": JSONValue(members: [
                        "anyOf": [
                            ["type": "string"], ["type": "array", "items": ["type": "string"]],
                            JSONValue(members: [
                                "type": "object", "additionalProperties": false, "required": ["of"],
                                "properties": JSONValue(members: ["of": texts, "description": text("What it means.")]),
                            ]),
                        ]
                    ]),
                ]),
            ]),
        ])
    }

    private var window: JSONValue {
        JSONValue(members: [
            "type": "object", "additionalProperties": false, "required": ["at"],
            "properties": JSONValue(members: [
                "port": text("The target port."), "on": text("The router."), "at": ["$ref": "#/$defs/number"],
                "span": ["$ref": "#/$defs/number"], "offset": ["$ref": "#/$defs/number"],
                "priority": ["type": "integer"], "timing": ["$ref": "#/$defs/timing"],
            ]),
        ])
    }

    private var timing: JSONValue {
        JSONValue(members: [
            "type": "object", "additionalProperties": false,
            "description": "What accesses through a window take on the way; what is not given here is the router's.",
            "properties": JSONValue(
                members: RegionTiming.properties.map { JSONMember($0.name, schema(of: $0)) }),
        ])
    }

    private var modules: JSONValue {
        JSONValue(members: [
            "type": "object",
            "additionalProperties": JSONValue(members: [
                "type": ["object", "null"],
                "properties": JSONValue(members: [
                    "type": JSONValue(members: ["enum": JSONValue(catalog.names.map { JSONValue($0) })]),
                    "modules": ["$ref": "#/$defs/modules"],
                    "count": ["$ref": "#/$defs/number"],
                    "at": ["$ref": "#/$defs/number"],
                    "span": ["$ref": "#/$defs/number"],
                    "on": text("The router that it stands on."),
                    "timing": ["$ref": "#/$defs/timing"],
                    "map": JSONValue(members: [
                        "anyOf": [
                            ["$ref": "#/$defs/window"], ["type": "array", "items": ["$ref": "#/$defs/window"]],
                        ]
                    ]),
                ]),
                "allOf": JSONValue(catalog.types.map { variant($0.declaration) }),
            ]),
        ])
    }

    /// What a module of one type may have.
    private func variant(_ declaration: ModuleDeclaration) -> JSONValue {
        var members: [JSONMember] = []
        for property in declaration.properties { members.append(JSONMember(property.name, schema(of: property))) }
        for port in declaration.ports where port.count == nil && (port.kind == .initiator || port.kind == .lineOut) {
            members.append(
                JSONMember(
                    port.name,
                    JSONValue(members: [
                        "type": ["string", "array"], "description": JSONValue(port.documentation),
                    ])))
        }
        return JSONValue(members: [
            "if": ["properties": ["type": ["const": JSONValue(declaration.typeName)]]],
            "then": JSONValue(members: ["properties": JSONValue(members: members)]),
        ])
    }

    private func schema(of property: AnyProperty) -> JSONValue {
        var members: [JSONMember] = []
        switch property.kind {
        case .bool: members.append(JSONMember("type", "boolean"))
        case .integer, .unsigned, .size, .time, .frequency: members.append(JSONMember("type", ["integer", "string"]))
        case .string, .link: members.append(JSONMember("type", "string"))
        case .choice(let words): members.append(JSONMember("enum", JSONValue(words.map { JSONValue($0) })))
        case .list: members.append(JSONMember("type", ["array", "string"]))
        }
        members.append(JSONMember("description", JSONValue(property.documentation)))
        if let value = property.defaultValue { members.append(JSONMember("default", JSONValue(value.description))) }
        return JSONValue(members: members)
    }
}
