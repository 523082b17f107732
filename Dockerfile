# syntax=docker/dockerfile:1
# Two stages: the first installs the lock file with hashes, the second runs it without any build tool's cache.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /srv/hub
RUN python -m venv .venv
COPY requirements/runtime.lock requirements/runtime.lock
RUN .venv/bin/python -m pip install --no-deps --require-hashes --requirement requirements/runtime.lock
COPY pyproject.toml README.md LICENSE NOTICE alembic.ini ./
COPY app app
COPY migrations migrations
RUN .venv/bin/python -m pip install --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q app migrations .venv/lib

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin hub \
    && install -d -o hub -g hub -m 0700 /var/lib/hub
COPY --from=build /srv/hub /srv/hub
ENV PATH=/srv/hub/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HUB_DATA_DIR=/var/lib/hub
WORKDIR /srv/hub
USER 10001:10001
EXPOSE 8000
VOLUME ["/var/lib/hub"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["hub"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
