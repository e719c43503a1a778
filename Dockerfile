# One image for web, worker, beat and migrations; the command says which.

FROM node:22-bookworm-slim AS browser
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.13-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy \
    PATH=/app/.venv/bin:$PATH EQFUND_VAR=/var/lib/eqfund DJANGO_SETTINGS_MODULE=eqfund.settings
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/eqfund eqfund \
    && install -d -o eqfund -g eqfund /var/lib/eqfund/files
WORKDIR /app
COPY pyproject.toml uv.lock .python-version ./
RUN pip install --no-cache-dir 'uv>=0.8' && uv sync --locked --no-dev && pip uninstall -y uv
COPY --from=browser /app/node_modules node_modules
COPY . .

# These addresses and secrets serve the collecting alone; the container is given its own.
RUN python -m eqfund.translations compile \
    && DEMO_MODE=false SECRET_KEY=build FIELD_KEYS=build INDEX_KEY=build \
       DATABASE_URL=postgresql://build@build/build REDIS_URL=redis://build/0 \
       python manage.py collectstatic --no-input --verbosity 0 \
    && chown -R eqfund:eqfund /var/lib/eqfund

USER eqfund
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "8", "--respawn-failed-workers", "--no-ws", "eqfund.wsgi:application"]
