@echo off
node "%~dp0dist\hosts\plugin\main.js" %*
