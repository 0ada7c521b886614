# One image for everything: web, worker, beat and the init job differ by their command.

FROM python:3.11-slim-bookworm AS packages
COPY requirements.lock .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000
RUN useradd --system --uid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin kcs
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# The values only let the settings load: no server is asked while the image is built.
RUN export SECRET_KEY=only-while-the-image-is-built-and-never-again \
        DATABASE_URL=postgresql://build/build REDIS_URL=redis://build \
    && python -m kcs.translations compile \
    && python manage.py fonts --verbosity 0 \
    && python manage.py collectstatic --no-input --verbosity 0 --ignore rest_framework \
    && python -m compileall -q . \
    && install -d -o kcs -g kcs var/beat var/files
USER kcs
EXPOSE 8000
CMD ["python", "-m", "kcs.parts", "web"]
