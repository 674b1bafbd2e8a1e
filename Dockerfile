FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /hearth
RUN useradd --system --create-home hearth && install --directory --owner hearth /data

COPY config/locks/run.txt config/locks/run.txt
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r config/locks/run.txt

COPY . .
# Collecting files needs the settings, and no server.
RUN DATABASE_URL=postgres://none/none REDIS_URL=redis://none SECRET_KEY=none \
    python manage.py collectstatic --no-input

USER hearth
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--preload", "--threads", "4", "--reuse-port"]
