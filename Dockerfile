# A small image of the gateway: dependencies by their hashes, no root, a health check without further tools.
FROM python:3.11-slim AS build
WORKDIR /build
RUN python -m venv /opt/koine
ENV PATH=/opt/koine/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements-otel.txt .
RUN pip install --require-hashes --only-binary :all: -r requirements-otel.txt
COPY pyproject.toml README.md LICENSE ./
COPY auth auth
COPY gateway gateway
COPY providers providers
COPY proxy proxy
COPY sandbox sandbox
COPY schemas schemas
COPY sdk/link/dist sdk/link/dist
COPY unified unified
RUN pip install --no-deps . && pip uninstall --yes pip

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/koine --create-home koine
COPY --from=build /opt/koine /opt/koine
# Large freed buffers stay with the process: page-sized bodies would otherwise be faulted in again each time.
ENV PATH=/opt/koine/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MALLOC_MMAP_THRESHOLD_=33554432 \
    MALLOC_TRIM_THRESHOLD_=268435456
# The default database is a file in the working directory; set KOINE_DATABASE_URL for Postgres.
WORKDIR /var/lib/koine
VOLUME /var/lib/koine
USER koine
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["koine"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
