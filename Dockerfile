# syntax=docker/dockerfile:1

FROM node:24-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements/base.lock /tmp/base.lock
RUN pip install --require-hashes -r /tmp/base.lock
WORKDIR /app
COPY . .
COPY --from=assets /app/node_modules node_modules
RUN python -m crm.assets \
    && python manage.py collectstatic --no-input --verbosity 0 \
    && rm -rf node_modules

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /app perennial
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=crm.settings
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
RUN mkdir -p var/files && chown -R perennial var
USER perennial
VOLUME /app/var/files
EXPOSE 8000
CMD ["gunicorn", "crm.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--worker-class=gthread", "--threads=8", \
     "--worker-tmp-dir=/dev/shm", "--no-control-socket"]
