import HTTPTypes
import Hummingbird
import Notation
import Platform

/// Signing in and out.
enum SessionRoutes {
  static let all: [Route] = [
    Route(.post, "/api/session", .anyone, "Signs in with an address and a password.",
      body: [
        .string("email", isRequired: true), .string("password", isRequired: true),
        .bool("token"),
      ]
    ) { call in
      let fields = try await call.fields()
      let secret = try await call.services.signIn.signIn(
        email: fields.string("email"), password: fields.string("password"))
      guard let principal = try await call.services.signIn.principal(secret: secret) else {
        throw Denial.notSignedIn
      }
      let isProgram = try fields.optionalBool("token") == true
      let device = Self.device(of: call)
      if principal.isWorker, case .user(let user, _) = principal.identity {
        let mark = device.known ?? (isProgram ? "" : device.new) ?? ""
        try await SignInTraces(call.engine).note(user, [.address: call.address, .device: mark])
      }
      var json = try await describe(principal, call)
      // Programs ask for the secret itself; browsers get a cookie that scripts cannot read.
      if isProgram {
        json = .object((json.members ?? []) + [.init("token", .string(secret))])
        return .json(json)
      }
      var response = Response.json(json)
      let age = SignIn.sessionMilliseconds / 1000
      let secure = call.request.headers[.forwardedProto] == "https"
      response.headers[.setCookie] =
        "\(Gate.cookieName)=\(secret); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(age)"
        + (secure ? "; Secure" : "")
      if let new = device.new {
        response.headers.append(
          HTTPField(
            name: .setCookie,
            value: "\(deviceCookie)=\(new); Path=/api/session; HttpOnly; SameSite=Strict; "
              + "Max-Age=\(SignInTraces.keptMilliseconds / 1000)" + (secure ? "; Secure" : "")))
      }
      return response
    },
    Route(.get, "/api/sign-up", .anyone, "Whether anybody can join the workforce.") { call in
      .json(["open": .bool(try await SignUps(call.engine).isOpen())])
    },
    Route(
      .post, "/api/sign-up", .anyone,
      "Joins the workforce, where it is open; an address that is known gets the same answer.",
      body: [.string("email", isRequired: true), .string("password", isRequired: true)]
    ) { call in
      let fields = try await call.fields()
      try await SignUps(call.engine).signUp(
        email: fields.string("email"), password: fields.string("password"), from: call.address)
      return .json([:], status: .accepted)
    },
    Route(
      .put, "/api/sign-up", .leads, "Opens the workforce to anybody, or closes it.",
      body: [.bool("open", isRequired: true)]
    ) { call in
      let isOpen = try await call.fields().optionalBool("open") ?? false
      try await SignUps(call.engine).setOpen(isOpen, by: call.who().actor)
      return .json(["open": .bool(isOpen)])
    },
    Route(.get, "/api/session", .signedIn, "Says who is signed in and what they may do.") { call in
      .json(try await describe(try call.who(), call))
    },
    Route(.delete, "/api/session", .signedIn, "Signs out.") { call in
      if let credential = Gate.credential(call.request) {
        try await call.services.signIn.signOut(secret: credential.secret)
      }
      var response = Response.noContent
      response.headers[.setCookie] =
        "\(Gate.cookieName)=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
      return response
    },
  ]

  /// Tells browsers apart, not people: it is sent with nothing but signing in.
  private static let deviceCookie = "assay_device"

  /// What a browser was given before, else what it is given now; a second account then shares it.
  private static func device(of call: Call) -> (known: String?, new: String?) {
    if let known = Gate.cookie(deviceCookie, of: call.request), known.count == 32 { return (known, nil) }
    return (nil, String(call.engine.environment.newSecret().suffix(32)))
  }

  private static func describe(_ principal: Principal, _ call: Call) async throws -> JSON {
    let clients = try await Clients(call.engine, actor: principal.actor).list()
    let grants = principal.grants.map { grant -> JSON in
      [
        "role": .string(grant.role.rawValue),
        "client": grant.client.map { .string($0.text) } ?? .null,
        "client_name": clients.first { $0.id == grant.client }.map { .string($0.name) } ?? .null,
      ]
    }
    let email =
      if case .user(_, let email) = principal.identity { JSON.string(email) } else { JSON.null }
    return [
      "id": .string(principal.workerName), "email": email, "grants": .array(grants),
    ]
  }
}
