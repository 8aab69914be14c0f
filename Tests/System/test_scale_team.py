"""Teams, assignments, groups and batch priorities with the real scaleapi client."""
import pytest

scaleapi = pytest.importorskip("scaleapi")
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest, ScaleResourceNotFound
from conftest import PASSWORD
from test_scale import CATEGORY, client, raw, server  # noqa: F401 (fixtures)


def test_teammates_are_invited_join_and_change_roles(server, client):
    server.user("boss@example.org")
    team = client.invite_teammates(["New@example.org", "other@example.org"], TeammateRole.Labeler)
    by = {mate.email: mate for mate in team}
    assert by["new@example.org"].role == "labeler" and by["boss@example.org"].role == "admin"
    assert [mate.email for mate in client.list_teammates()] == [mate.email for mate in team]
    link = by["new@example.org"].as_dict()["invitation"].split("/")[-1]
    assert "invitation" not in by["boss@example.org"].as_dict()
    assert server.send("GET", f"/api/invitations/{link}") == (200, {"email": "new@example.org"})
    assert server.send("POST", f"/api/invitations/{link}", {"password": "short"})[0] == 422
    assert server.send("POST", "/api/session", {"email": "new@example.org", "password": ""})[0] == 401
    assert server.send("POST", f"/api/invitations/{link}", {"password": PASSWORD})[0] == 204
    assert server.send("POST", f"/api/invitations/{link}", {"password": PASSWORD})[0] == 404
    assert server.signed_in("new@example.org")
    again = client.invite_teammates(["new@example.org"], TeammateRole.Admin)
    assert {m.email: (m.role, "invitation" in m.as_dict()) for m in again}["new@example.org"] == ("labeler", False)
    changed = client.update_teammates_role(["new@example.org", "other@example.org"], TeammateRole.Manager)
    assert {m.email: m.role for m in changed}["other@example.org"] == "manager"
    with pytest.raises(ScaleInvalidRequest): client.update_teammates_role(["nobody@example.org"], TeammateRole.Member)
    with pytest.raises(ScaleInvalidRequest): client.update_teammates_role(["boss@example.org"], TeammateRole.Member)
    with pytest.raises(ScaleInvalidRequest): client.invite_teammates(["not an address"], TeammateRole.Member)
    assert raw(server, "POST", "/v1/teams/invite", {"emails": ["x@example.org"], "team_role": "king"})[0] == 400


def test_an_invitation_opens_no_other_clients_data(server, client):
    """A link chooses the account's password: whom one client has invited gets no role of another's before they have joined, and no link then."""
    link = {m.email: m for m in client.invite_teammates(["both@example.org"], TeammateRole.Manager)}["both@example.org"].as_dict()["invitation"].split("/")[-1]
    other = scaleapi.ScaleClient(server.client("Rival"), api_instance_url=f"{server.url}/v1")
    with pytest.raises(ScaleInvalidRequest, match="both@example.org has an invitation from elsewhere"): other.invite_teammates(["both@example.org"], TeammateRole.Labeler)
    assert server.send("POST", f"/api/invitations/{link}", {"password": PASSWORD})[0] == 204
    theirs, = other.invite_teammates(["both@example.org"], TeammateRole.Labeler)
    assert theirs.role == "labeler" and "invitation" not in theirs.as_dict()
    grants = server.send("GET", "/api/session", token=server.signed_in("both@example.org"))[1]["grants"]
    assert sorted(g["role"] for g in grants) == ["labeler", "manager"]


def test_assignments_groups_and_priorities_route_the_work(server, client):
    for name in ("ida", "ole", "eva"): server.user(f"{name}@example.org", role="labeler")
    ida, ole, eva = (server.signed_in(f"{name}@example.org") for name in ("ida", "ole", "eva"))
    client.create_project("Routes", TaskType.Categorization, {})
    for name in ("first", "second", "third"):
        client.create_batch("Routes", f"routes {name}", calibration_batch=name == "third")
        client.create_task(TaskType.Categorization, project="Routes", batch=f"routes {name}", **{**CATEGORY, "instruction": name})
    project = client.get_project("Routes").as_dict()["id"]
    sees = lambda who: project in [item["project"] for item in server.send("GET", "/api/work", token=who)[1]["items"]]
    assert sees(ida) and sees(eva)

    assigned = client.add_studio_assignments(["ida@example.org", "ole@example.org"], ["Routes"])
    assert assigned["ida@example.org"].assigned_projects == ["Routes"] and assigned["eva@example.org"].assigned_projects == []
    assert sees(ida) and not sees(eva)
    assert server.send("POST", f"/api/work/{project}/leases", {}, eva)[0] == 404
    assert client.list_studio_assignments()["ole@example.org"].assigned_projects == ["Routes"]
    with pytest.raises(ScaleResourceNotFound): client.add_studio_assignments(["ida@example.org"], ["No such project"])

    group = client.create_project_group("Routes", ["ida@example.org"], "A/B % team")
    assert group.numWorkers == 1 and group.workers[0][0].email == "ida@example.org" and not group.isSingleton
    with pytest.raises(ScaleInvalidRequest): client.create_project_group("Routes", ["eva@example.org"], "strangers")
    with pytest.raises(ScaleDuplicateResource): client.create_project_group("Routes", [], "A/B % team")
    group = client.update_project_group("Routes", "A/B % team", ["ole@example.org"], ["ida@example.org"])
    assert [g.id for g in client.list_project_groups("Routes")] == [group.id] and group.workers[0][0].email == "ole@example.org"

    names = [b.name for b in client.list_studio_batches() if b.name.startswith("routes")]
    assert names == ["routes third", "routes first", "routes second"]
    everything = [b.name for b in client.list_studio_batches()]
    with pytest.raises(ScaleInvalidRequest): client.set_studio_batches_priorities(["routes first"])
    ordered = client.set_studio_batches_priorities(["routes second"] + [n for n in everything if n != "routes second"])
    assert ordered[0].name == "routes second" and ordered[0].studio_priority == 1 and ordered[0].total == 1
    kept = client.assign_studio_batches("routes second", ["A/B % team"])
    assert kept.groups[0]["name"] == "A/B % team"
    single = client.assign_studio_batches("routes first", ["ida@example.org"])
    assert single.groups[0]["isSingleton"] and single.groups[0]["name"] == "ida@example.org"
    with pytest.raises(ScaleResourceNotFound): client.assign_studio_batches("routes first", ["nobody"])

    def taken(who):
        found = []
        while True:
            leases = server.send("POST", f"/api/work/{project}/leases", {}, who)[1]
            if not leases.get("leases"): return found, leases["reason"]["code"]
            form = server.send("GET", f"/api/work/{project}?form={leases['leases'][0]['task']['form']}", token=who)[1]
            found.append(form["instructions"].split()[0])
    assert taken(ole)[0] == ["second", "third"] and taken(ida) == (["first"], "allLeased")
    client.assign_studio_batches("routes third", ["A/B % team"])
    client.add_studio_assignments(["eva@example.org"], ["Routes"])
    assert taken(eva) == ([], "keptForOthers")
    assert [b.name for b in client.reset_studio_batches_priorities() if b.name.startswith("routes")][0] == "routes third"
    assert client.remove_studio_assignments(["ida@example.org", "ole@example.org"], ["Routes"])["ida@example.org"].assigned_projects == []
    assert sees(eva)
