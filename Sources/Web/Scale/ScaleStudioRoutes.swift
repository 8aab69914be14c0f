import HTTPTypes
import Hummingbird
import Notation
import Platform
import Wire

/// The routes of Scale's first API for a client's own people: teams, assignments, groups, and the
/// order of batches.
enum ScaleStudioRoutes {
  static let all: [Route] = teams + assignments + groups + batches

  private static let teams: [Route] = [
    Route(.get, "/v1/teams", .clientAdmins, "Scale: lists teammates.") { call in
      try await call.atScale { try await $0.teammates() }
    },
    Route(.post, "/v1/teams/invite", .clientAdmins, "Scale: invites teammates.") { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.invite(body) }
    },
    Route(.post, "/v1/teams/set_role", .clientAdmins, "Scale: gives teammates a role.") { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.setRole(body) }
    },
  ]

  private static let assignments: [Route] = [
    Route(
      .get, "/v1/studio/assignments", .managers, "Scale: lists who works on which projects."
    ) { call in try await call.atScale { try await $0.assignments() } },
    Route(
      .post, "/v1/studio/assignments/add", .managers, "Scale: assigns people to projects."
    ) { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.assign(body) { try await $0.assign($1, to: $2) } }
    },
    Route(
      .post, "/v1/studio/assignments/remove", .managers, "Scale: takes people off projects."
    ) { call in
      let body = try await call.scaleBody()
      return try await call.atScale {
        try await $0.assign(body) { try await $0.withdraw($1, from: $2) }
      }
    },
  ]

  private static let groups: [Route] = [
    Route(
      .get, "/v1/studio/projects/{project}/groups", .managers, "Scale: lists a project's groups."
    ) { call in try await call.atScale { try await $0.groups(of: call.scaleName("project")) } },
    Route(
      .post, "/v1/studio/projects/{project}/groups", .managers, "Scale: makes a group."
    ) { call in
      let body = try await call.scaleBody()
      return try await call.atScale {
        try await $0.createGroup(body, in: call.scaleName("project"))
      }
    },
    Route(
      .put, "/v1/studio/projects/{project}/groups/{group}", .managers, "Scale: changes a group."
    ) { call in
      let body = try await call.scaleBody()
      return try await call.atScale {
        try await $0.changeGroup(
          call.scaleName("group"), in: call.scaleName("project"), body)
      }
    },
  ]

  private static let batches: [Route] = [
    Route(
      .get, "/v1/studio/batches", .managers, "Scale: lists pending batches by priority."
    ) { call in try await call.atScale { try await $0.studioBatches() } },
    Route(
      .put, "/v1/studio/batches/{batch}", .managers, "Scale: keeps a batch for groups."
    ) { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.keep(call.scaleName("batch"), body) }
    },
    Route(
      .post, "/v1/studio/batches/set_priorities", .managers, "Scale: orders pending batches."
    ) { call in
      let body = try await call.scaleBody()
      return try await call.atScale { try await $0.setPriorities(body) }
    },
    Route(
      .post, "/v1/studio/batches/reset_priorities", .managers,
      "Scale: puts batches into the order they were made in."
    ) { call in try await call.atScale { try await $0.resetPriorities() } },
  ]
}
