from django.urls import path

from benchmarks.jump_naive import jump

urlpatterns = [path("j/<str:code>", jump)]
