#!/usr/bin/env python3
"""Goes the ways of Kubernetes' conformance tests that need an API and no containers: api-machinery, auth, apps, scheduling.

    conformance_api.py --martlet PATH [--only SUBSTRING] [--keep]

Needs kubectl and openssl, and neither root nor containers. The last line says `N passed, N failed`.
"""
import concurrent.futures
import functools
import os
from run import Failure, run_cluster, until
from played import CASES, PlayedCluster, case
from api_requests import API
from webhook_server import Certificates, Server, certificate_request
import conformance_access, conformance_admission, conformance_definitions, conformance_life, conformance_limits, conformance_reads, conformance_workloads  # noqa: F401  (each adds its cases)


class ControlPlane(PlayedCluster):
    def __init__(self, martlet, directory):
        super().__init__(martlet, directory)
        self.flags[self.flags.index("127.0.0.1:17449")] = "127.0.0.1:17471"


@case
def case_life_of_every_kind(c, ns):
    """Each kind is found, made, read in every way, watched, changed in every way and deleted, alone and as a collection."""
    _, request = certificate_request(c.directory, "e2e", "/CN=e2e-example-com")
    lives = [conformance_life.Life(c.api, ns, row, number) for number, row in enumerate(conformance_life.kinds(request))]
    problems = []

    def go(life):
        try:
            life.go()
        except Exception as error:
            problems.append(f"{life.version} {life.resource}: {type(error).__name__} {error}")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(go, lives))
    if problems:
        raise Failure("\n".join(problems))


def with_account(function):
    """Pods need the default account, which comes a moment after its namespace."""
    @functools.wraps(function)
    def call(c, ns):
        until(lambda: c.api.ask("GET", f"/api/v1/namespaces/{ns}/serviceaccounts/default")[0] == 200, 10, "the default account")
        function(c, ns)

    return call


def prepare(cluster):
    cluster.api = API(cluster)
    cluster.certificates = Certificates(os.path.join(cluster.directory, "webhooks"))
    cluster.server = Server({}, *cluster.certificates.issue("server", "IP:127.0.0.1"))
    cluster.play("node-", 2, "--cpu", "4", "--memory", "8Gi")


if __name__ == "__main__":
    try:
        cluster = None

        def make(martlet, directory):
            global cluster
            cluster = ControlPlane(martlet, directory)
            return cluster

        run_cluster([with_account(function) for function in CASES], __doc__, make, prepare)
    finally:
        if cluster:
            cluster.stop_playing()
