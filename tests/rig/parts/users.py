"""The people of the rig and what the catalog of services tells them: an administrator, a plain member
of a project, an application credential for each, and clouds.yaml for all of them.

Each thing is made only where it is missing.
"""

import json

from parts import rest
from parts.layout import PROJECT, REGION


def up(rig):
    if not rig.is_done("users"):
        token, admin = sign_in(rig, "admin", "admin")
        people = Directory(rig, token)
        people.endpoints()
        people.join("glance", "service", "admin")
        member = people.join("member", PROJECT, "member")
        credential(rig, token, admin, "admin")
        credential(rig, sign_in(rig, "member", PROJECT)[0], member, "member")
        rig.mark_done("users")
    rig.write("clouds.yaml", clouds(rig))


def sign_in(rig, user, project):
    """A token, and the id of its user."""
    domain = {"id": "default"}
    body = {"auth": {
        "identity": {"methods": ["password"], "password": {
            "user": {"name": user, "domain": domain, "password": rig.passwords[user]}}},
        "scope": {"project": {"name": project, "domain": domain}}}}
    status, headers, answer = rest.call("POST", f"{rig.keystone_url}/auth/tokens", body, log=rig.log("keystone"))
    if status != 201:
        raise rest.RigError(f"{user} cannot sign in: {status} {answer}", rig.log("keystone"))
    return headers["X-Subject-Token"], answer["token"]["user"]["id"]


class Directory:
    """What an administrator keeps in Keystone."""

    def __init__(self, rig, token):
        self.rig = rig
        self.token = token

    def ask(self, method, path, body=None):
        return rest.want(method, self.rig.keystone_url + path, body, self.token, self.rig.log("keystone"))

    def ensure(self, kind, name, **fields):
        """The id of the thing of that name, which is made where missing."""
        found = self.ask("GET", f"/{kind}s?name={name}")[f"{kind}s"]
        return (found or [self.ask("POST", f"/{kind}s", {kind: {"name": name, **fields}})[kind]])[0]["id"]

    def join(self, user, project, role):
        """The id of a user who has that role in that project."""
        project_id = self.ensure("project", project, domain_id="default")
        user_id = self.ensure("user", user, domain_id="default", password=self.rig.passwords[user])
        role_id = self.ensure("role", role)
        self.ask("PUT", f"/projects/{project_id}/users/{user_id}/roles/{role_id}")
        return user_id

    def endpoints(self):
        """Users are shown the Glance without locations, as OpenStack's security notes advise."""
        service = self.ensure("service", "glance", type="image")
        made = {item["interface"] for item in self.ask("GET", f"/endpoints?service_id={service}")["endpoints"]}
        urls = {"public": self.rig.glance_plain_url, "internal": self.rig.glance_url, "admin": self.rig.glance_url}
        for interface, url in urls.items():
            if interface not in made:
                self.ask("POST", "/endpoints", {"endpoint": {
                    "service_id": service, "interface": interface, "url": url, "region_id": REGION}})


def credential(rig, token, user_id, user):
    url, log = f"{rig.keystone_url}/users/{user_id}/application_credentials", rig.log("keystone")
    if not rest.want("GET", f"{url}?name={user}-rig", token=token, log=log)["application_credentials"]:
        rest.want("POST", url, {"application_credential": {
            "name": f"{user}-rig", "secret": rig.credentials[user]}}, token, log)


def clouds(rig):
    """Six clouds: two people, each by password to either Glance, and by application credential."""
    lines = ["# The rig's cloud as each of its users sees it. The internal interface is the Glance that",
             "# shows and takes locations; the public one does neither.", "clouds:"]
    for user, project in (("admin", "admin"), ("member", PROJECT)):
        password = {"username": user, "user_domain_id": "default", "password": rig.passwords[user],
                    "project_name": project, "project_domain_id": "default"}
        secret = {"username": user, "user_domain_id": "default", "application_credential_name": f"{user}-rig",
                  "application_credential_secret": rig.credentials[user]}
        lines += cloud(rig, user, "password", "internal", password)
        lines += cloud(rig, f"{user}-public", "password", "public", password)
        lines += cloud(rig, f"{user}-credential", "v3applicationcredential", "internal", secret)
    return "\n".join(lines) + "\n"


def cloud(rig, name, kind, interface, auth):
    settings = {"region_name": REGION, "interface": interface, "identity_api_version": 3, "auth_type": kind}
    return [f"  {name}:",
            *(f"    {key}: {json.dumps(value)}" for key, value in settings.items()),
            "    auth:",
            f"      auth_url: {json.dumps(rig.keystone_url)}",
            *(f"      {key}: {json.dumps(value)}" for key, value in auth.items())]
